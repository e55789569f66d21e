def people(env, users):
    everybody = env.ref("support_center.group_support_dispatcher").all_user_ids
    env.ref('support_center.group_support_manager').user_ids += users
    same = env.ref("support_center.group_support_manager").all_user_ids == users
    return everybody, same, env.ref("support_center.team_one").users
