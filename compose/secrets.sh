#!/usr/bin/env bash
# Makes compose/secrets/ for compose.yaml, once: what is there already is kept. Add to secrets/nenep.env what you have: NENEP_SMTP_PASSWORD,
# NENEP_OIDC_CLIENT_SECRET. Whoever reads these files reads everything: keep them to yourself, and back them up apart from the data.
set -euo pipefail
cd "$(dirname "$0")"
umask 077
mkdir -p secrets
[ ! -e secrets/nenep.env ] || { echo "secrets/nenep.env is there; it is kept"; exit 0; }
password=$(openssl rand -hex 24)
printf '%s' "$password" >secrets/database-password
chmod 0444 secrets/database-password # read in the container by another user; the folder lets nobody else in
printf 'POSTGRES_PWD=%s\n' "$password" >secrets/temporal.env
cat >secrets/nenep.env <<SECRETS
NENEP_DATABASE_URL=postgres://nenep:$password@postgres:5432/nenep?sslmode=disable
NENEP_SERVICE_KEY=$(openssl rand -hex 32)
NENEP_PERSONAL_KEY=$(openssl rand -hex 32)
NENEP_PAYLOAD_KEYS=first:$(openssl rand -base64 32)
SECRETS
echo "compose/secrets made"
