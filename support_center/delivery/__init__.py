"""Wire formats: what leaves for mail programs and other systems. No Odoo in here.

Webhooks follow Standard Webhooks (standardwebhooks.com): ``signature`` signs them, ``client``
posts them, ``address_guard`` keeps them off the inner network, ``backoff`` says when to try
again. Faults come back as codes with parameters; what shows them puts them into words.
"""
