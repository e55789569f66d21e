"""A mail server (SMTP and LMTP) in front of Odoo's mail gateway, such that no mail is lost.

It needs Python and aiosmtpd, and nothing of Odoo or of the addon; see README.md.
"""
