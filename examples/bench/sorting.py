#!/usr/bin/env python3
"""What a user writes who wants the inbox sorted: reads all headers, sees who writes how much and whom one answers, and decides by that.
Moves nothing. Usage: sorting.py PORT USER PASSWORD"""
import email.header
import email.utils
import imaplib
import re
import sys
from collections import Counter
from email.parser import BytesHeaderParser

FIELDS = """FROM TO CC REPLY-TO SENDER SUBJECT DATE MESSAGE-ID IN-REPLY-TO REFERENCES LIST-ID LIST-UNSUBSCRIBE LIST-UNSUBSCRIBE-POST
LIST-POST PRECEDENCE AUTO-SUBMITTED FEEDBACK-ID RETURN-PATH AUTHENTICATION-RESULTS CONTENT-TYPE X-AUTO-RESPONSE-SUPPRESS
DELIVERED-TO""".replace("\n", " ")

port, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3]
imap = imaplib.IMAP4("127.0.0.1", port)
imap._encoding = "utf-8"  # the password is not ASCII
imap.login(user, password)
parser = BytesHeaderParser()


def headers(folder):
    imap.select(folder, readonly=True)
    _, rows = imap.uid("FETCH", "1:*", f"(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({FIELDS})])")
    for row in rows:
        if isinstance(row, tuple):
            yield re.search(rb"UID (\d+)", row[0]).group(1), parser.parsebytes(row[1])


def address(message, field):
    return email.utils.parseaddr(message.get(field, ""))[1].lower()


def subject(message):
    return str(email.header.make_header(email.header.decode_header(message.get("Subject", ""))))


known = Counter(address(message, "To") for _, message in headers("Sent"))
counts, folders = Counter(), Counter()
for uid, message in headers("INBOX"):
    sender, text = address(message, "From"), subject(message)
    counts[sender] += 1
    if known[sender] or message.get("In-Reply-To"):
        folders["Top"] += 1
    elif message.get("List-Id") or message.get("List-Unsubscribe"):
        folders["News"] += 1
    elif message.get("Auto-Submitted") or message.get("Precedence") == "bulk" or "reply" in sender or "invoice" in text:
        folders["Bulk"] += 1
print(dict(folders), len(counts), "senders")
imap.logout()
