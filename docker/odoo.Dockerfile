# Odoo 17.0 with the addon's Python libraries.
FROM odoo:17.0
USER root
COPY requirements.txt /tmp/requirements.txt
# This image is for one program, so the warning against installing beside its packages is moot;
# Odoo's own packages are kept as they are.
RUN pip3 install --no-cache-dir --break-system-packages -r /tmp/requirements.txt \
    || pip3 install --no-cache-dir -r /tmp/requirements.txt
COPY --chown=odoo:odoo support_center /mnt/extra-addons/support_center
COPY docker/odoo.conf /etc/odoo/odoo.conf
COPY docker/install.sh /install.sh
USER odoo
