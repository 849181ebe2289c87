/** A bounce as servers send it, with two small departures to be found. */
export const EXAMPLE = `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: alice@example.org
Date: Mon, 20 Feb 2012 10:00:09 +0000
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

The mail system of mx.example.net could not deliver your message.

<bob@example.com>: the mailbox is full

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Original-Envelope-Id: QQ314159
Arrival-Date: Mon, 20 Feb 12 10:00:00 EST

Original-Recipient: rfc822;bob@example.com
Final-Recipient: rfc822;bob@example.com
Action: Failed
Status: 5.02.2
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full, <bob@example.com> has to make room
Last-Attempt-Date: Mon, 20 Feb 2012 10:00:08 +0000

--b
Content-Type: text/rfc822-headers

Message-ID: <m1@example.org>
From: Alice <alice@example.org>
To: Bob <bob@example.com>
Subject: Minutes of Monday
Date: Mon, 20 Feb 2012 09:59:58 +0000

--b--
`;
