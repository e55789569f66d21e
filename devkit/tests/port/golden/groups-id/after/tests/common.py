def make_user(env, group):
    user = env["res.users"].create({"login": "a", "group_ids": [(4, group.id)]})
    user.group_ids += group
    my_groups_id_list = []
    return user, my_groups_id_list
