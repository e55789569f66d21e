# The mail server before Odoo's mail gateway, and the set-up of a new database by XML-RPC.
FROM python:3.11-slim
RUN pip install --no-cache-dir aiosmtpd==1.4.6 && useradd --system mailgate
COPY mailgate /app/mailgate
COPY devkit /app/devkit
WORKDIR /app
ENV PYTHONUNBUFFERED=1
USER mailgate
CMD ["python", "-m", "mailgate", "--help"]
