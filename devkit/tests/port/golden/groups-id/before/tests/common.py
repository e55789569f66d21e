def make_user(env, group):
    user = env["res.users"].create({"login": "a", "groups_id": [(4, group.id)]})
    user.groups_id += group
    my_groups_id_list = []
    return user, my_groups_id_list
