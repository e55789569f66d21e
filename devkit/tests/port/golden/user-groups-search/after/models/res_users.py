def dispatchers(env, group):
    env["res.users"].create({"login": "a", "groups_id": [(4, group.id)]})
    return env["res.users"].search([("all_group_ids", "in", group.ids), ('all_group_ids', '!=', False)])
