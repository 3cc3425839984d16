"""Reads iCalendar documents with Debian's python3-icalendar and says what it found.

Input: a JSON list of base64 documents. Output: a JSON list, for each document its properties, events, alarms and every fault."""
import base64
import json
import sys

from icalendar import Calendar


def text(component, name):
    value = component.get(name)
    return None if value is None else str(value)


def moment(component, name):
    return component[name].dt.isoformat()


def faults(component):
    found = [f"{component.name}: {error}" for error in component.errors]
    found += [f"{component.name}: no {name}" for name in component.required if name not in component]
    found += [f"{component.name}: several {name}" for name in component.singletons if isinstance(component.get(name), list)]
    for child in component.subcomponents:
        found += faults(child)
    return found


def alarm(component):
    return {"action": text(component, "ACTION"), "description": text(component, "DESCRIPTION"),
            "trigger": component["TRIGGER"].dt.total_seconds()}


def event(component):
    return {
        "uid": text(component, "UID"), "summary": text(component, "SUMMARY"), "description": text(component, "DESCRIPTION"),
        "url": text(component, "URL"), "status": text(component, "STATUS"), "transp": text(component, "TRANSP"),
        "organizer": text(component, "ORGANIZER"), "sequence": int(component["SEQUENCE"]),
        "categories": [str(category) for category in component["CATEGORIES"].cats],
        "start": moment(component, "DTSTART"), "startKind": component["DTSTART"].params.get("VALUE"),
        "end": moment(component, "DTEND"), "stamp": moment(component, "DTSTAMP"), "modified": moment(component, "LAST-MODIFIED"),
        "alarms": [alarm(child) for child in component.subcomponents],
    }


def document(encoded):
    found = Calendar.from_ical(base64.b64decode(encoded), multiple=True)
    calendar = found[0]
    return {
        "calendars": len(found), "faults": faults(calendar), "children": [child.name for child in calendar.subcomponents],
        "properties": {name: str(value) for name, value in calendar.items() if name != "REFRESH-INTERVAL"},
        "events": [event(child) for child in calendar.subcomponents],
    }


json.dump([document(encoded) for encoded in json.load(sys.stdin)], sys.stdout)
