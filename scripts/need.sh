#!/usr/bin/env bash
# Says in one sentence what this machine lacks for the things named: postgres, chromium, icalendar, office, axe.
set -euo pipefail
for thing in "$@"; do
  case $thing in
    postgres)
      [ -n "${DATABASE_URL:-}${NENEP_DATABASE_URL:-}" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
        { echo "No PostgreSQL server found: install Debian's package postgresql-15 (apt-get install postgresql-15), or set DATABASE_URL." >&2; exit 1; } ;;
    chromium)
      command -v chromium >/dev/null || command -v google-chrome >/dev/null ||
        { echo "No Chromium found: install Debian's package chromium (apt-get install chromium)." >&2; exit 1; } ;;
    icalendar)
      /usr/bin/python3 -c 'import icalendar' 2>/dev/null ||
        { echo "No iCalendar parser found: install Debian's package python3-icalendar (apt-get install python3-icalendar)." >&2; exit 1; } ;;
    office)
      command -v soffice >/dev/null && command -v pdftohtml >/dev/null && ls /usr/share/fonts/truetype/liberation*/LiberationSerif-Regular.ttf >/dev/null 2>&1 ||
        { echo "No office program to print with: install Debian's packages libreoffice-writer-nogui, poppler-utils and fonts-liberation." >&2; exit 1; } ;;
    axe)
      [ -e "$(dirname "$0")/../tools/browser/node_modules/axe-core/axe.min.js" ] ||
        { echo "No accessibility rules (axe-core) found: run 'npm ci' in tools/browser (npm is Debian's package npm)." >&2; exit 1; } ;;
    clamd)
      [ -x /usr/sbin/clamd ] || { echo "No virus scanner found: install Debian's package clamav-daemon (apt-get install clamav-daemon)." >&2; exit 1; } ;;
  esac
done
