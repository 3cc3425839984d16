package portal

const seenField = "seen"
