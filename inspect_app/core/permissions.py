"""Who may do what at all, by role; on which object, each feature's policy decides."""

from enum import StrEnum

PUBLIC = "public"


class Role(StrEnum):
    ADMIN = "admin"
    STAFF = "staff"
    LEADER = "leader"
    MEMBER = "member"
    AUDITOR = "auditor"
    AGENCY = "agency"
    SUPERVISOR = "supervisor"
    CONTRACTOR = "contractor"
    PCM = "pcm"


ROLE_LABELS: dict[Role, str] = {
    Role.ADMIN: "系統管理者",
    Role.STAFF: "查核小組工作人員",
    Role.LEADER: "領隊",
    Role.MEMBER: "查核委員",
    Role.AUDITOR: "稽核",
    Role.AGENCY: "主辦機關",
    Role.SUPERVISOR: "監造單位",
    Role.CONTRACTOR: "承攬廠商",
    Role.PCM: "專案管理廠商",
}

EVERYONE = frozenset(Role)
INSPECTORS = frozenset({Role.LEADER, Role.MEMBER})
INSPECTED = frozenset({Role.AGENCY, Role.SUPERVISOR, Role.CONTRACTOR, Role.PCM})
STAFF = frozenset({Role.STAFF})
TEAM = STAFF | INSPECTORS
READERS = TEAM | INSPECTED | {Role.AUDITOR}

PERMISSIONS: dict[str, frozenset[Role]] = {
    "session.own": EVERYONE,
    "people.read": STAFF,
    "devices.own": EVERYONE,
    "messages.own": EVERYONE,
    "contacts.keep": STAFF,
    "tenders.read": READERS,
    "tenders.write": STAFF,
    "filings.read": READERS,
    "filings.excuse": STAFF,
    "forms.read": EVERYONE,
    "inspections.read": READERS,
    "inspections.plan": STAFF,
    "inspections.declare": INSPECTORS,
    "inspections.mark": INSPECTORS,
    "inspections.lead": frozenset({Role.LEADER}),
    "inspections.decide": STAFF,
    "photos.read": READERS,
    "photos.notes": TEAM | {Role.AUDITOR},
    "photos.erase": STAFF,
    "photos.send": TEAM | INSPECTED,
    "defects.read": READERS,
    "defects.correct": INSPECTED,
    "defects.review": STAFF | {Role.AGENCY},
    "defects.extend": STAFF,
    "deadlines.read": TEAM | INSPECTED,
    "closures.read": TEAM,
    "closures.write": STAFF,
    "quotas.read": TEAM | {Role.AUDITOR},
    "quotas.write": STAFF,
    "plausibility.read": TEAM | {Role.AUDITOR},
    "plausibility.review": TEAM,
    "exports.read": STAFF | {Role.AUDITOR},
    "exports.build": STAFF,
    "filing_notes.read": TEAM | {Role.AUDITOR, Role.AGENCY},
    "filing_notes.review": STAFF,
    "operations.read": frozenset({Role.ADMIN}),
    "jobs.run": frozenset({Role.ADMIN}),
    "jobs.preview": STAFF,
    "messages.replay": frozenset({Role.ADMIN}),
}
