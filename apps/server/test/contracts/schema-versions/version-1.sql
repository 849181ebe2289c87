-- A store of schema version 1, made by the code of commit 90f42f0: m1 deferred, m2 with a child in place of a recipient that is done, r2 a report, m3 in a file, m4 taken by a process that ended.
PRAGMA application_id = 1685286513;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE fresh (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    envelope TEXT NOT NULL,
    recipients TEXT NOT NULL,
    spool TEXT,
    content BLOB
  ) STRICT;
INSERT INTO "fresh" VALUES(5,'m4','{"id":"m4","reversePath":"sender@example.org","mailParameters":"","arrivedAtMs":1000,"origin":"smtp","sizeOctets":21}','[{"n":0,"address":"user0@example.com","parameters":"","destination":"smtp://a","attempts":0,"dueAtMs":1000,"retryAtMs":1000,"delayReported":false},{"n":1,"address":"user1@example.com","parameters":"","destination":"smtp://a","attempts":0,"dueAtMs":1000,"retryAtMs":1000,"delayReported":false}]',NULL,X'5375626A6563743A206D340D0A0D0A626F64790D0A');
CREATE TABLE message (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    last_n INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    spool TEXT,
    content BLOB
  ) STRICT;
INSERT INTO "message" VALUES(1,'m1',0,'{"id":"m1","reversePath":"sender@example.org","mailParameters":"","arrivedAtMs":1000,"origin":"smtp","sizeOctets":21}',NULL,X'5375626A6563743A206D310D0A0D0A626F64790D0A');
INSERT INTO "message" VALUES(2,'m2',7,'{"id":"m2","reversePath":"sender@example.org","mailParameters":"","arrivedAtMs":1000,"origin":"smtp","sizeOctets":21}',NULL,X'5375626A6563743A206D320D0A0D0A626F64790D0A');
INSERT INTO "message" VALUES(3,'r2',0,'{"id":"r2","reversePath":"","mailParameters":"","arrivedAtMs":1000,"origin":"report","sizeOctets":21}',NULL,X'5375626A6563743A2072320D0A0D0A626F64790D0A');
INSERT INTO "message" VALUES(4,'m3',0,'{"id":"m3","reversePath":"sender@example.org","mailParameters":"","arrivedAtMs":1000,"origin":"smtp","sizeOctets":60}','00000001',NULL);
CREATE TABLE recipient (
    seq INTEGER NOT NULL,
    destination TEXT NOT NULL,
    n INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    address TEXT NOT NULL,
    parameters TEXT NOT NULL,
    shown_as TEXT,
    attempts INTEGER NOT NULL,
    retry_at INTEGER NOT NULL,
    delay_reported INTEGER NOT NULL,
    last_failure TEXT,
    PRIMARY KEY (seq, destination, n)
  ) STRICT, WITHOUT ROWID;
INSERT INTO "recipient" VALUES(1,'smtp://a',0,5000,'user0@example.com','',NULL,1,1000,0,'{"status":"4.4.2","reason":"The next hop closed the connection – “¡ay!”","remote":{"mta":"mail.example.net","address":"192.0.2.1:25","reply":{"code":421,"status":"4.4.2","lines":["busy","come later"]},"rawLines":["421-4.4.2 busy","421 4.4.2 come later"],"stage":"rcpt"},"atMs":1700000000123}');
INSERT INTO "recipient" VALUES(2,'smtp://a',1,1000,'user1@example.com','',NULL,0,1000,0,NULL);
INSERT INTO "recipient" VALUES(2,'smtp://a',7,1000,'user7@example.com','','list@example.com',0,1000,0,NULL);
INSERT INTO "recipient" VALUES(3,'smtp://a',0,1000,'user0@example.com','',NULL,0,1000,0,NULL);
INSERT INTO "recipient" VALUES(4,'smtp://a',0,1000,'user0@example.com','',NULL,0,1000,0,NULL);
CREATE INDEX message_id ON message (id);
CREATE INDEX message_spool ON message (spool) WHERE spool IS NOT NULL;
CREATE INDEX recipient_due ON recipient (destination, due_at, seq, n);
COMMIT;
