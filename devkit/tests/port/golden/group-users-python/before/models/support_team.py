def people(env, users):
    everybody = env.ref("support_center.group_support_dispatcher").users
    env.ref('support_center.group_support_manager').users += users
    same = env.ref("support_center.group_support_manager").users == users
    return everybody, same, env.ref("support_center.team_one").users
