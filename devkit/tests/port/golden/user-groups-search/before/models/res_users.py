def dispatchers(env, group):
    env["res.users"].create({"login": "a", "groups_id": [(4, group.id)]})
    return env["res.users"].search([("groups_id", "in", group.ids), ('groups_id', '!=', False)])
