def uninstall_hook(env):
    """Let the addon go without an error.

    A ticket needs a stage, so that Odoo, which removes the stages first, would
    trip over the tickets. And parameters that were set by hand belong to no
    module: nobody expects a secret to stay behind. Nor an index of ours on a
    table of Odoo; those that a field asks for are Odoo's own affair.
    """
    env["support.ticket"].flush_model()
    env.cr.execute("ALTER TABLE support_ticket ALTER COLUMN stage_id DROP NOT NULL")
    env.cr.execute("UPDATE support_ticket SET stage_id = NULL, synced_stage_id = NULL")
    env.cr.execute("DROP INDEX IF EXISTS mail_mail_support_unsent_idx, mail_mail_support_sent_idx")
    env.invalidate_all()
    env["ir.config_parameter"].search([("key", "=like", "support_center.%")]).unlink()
