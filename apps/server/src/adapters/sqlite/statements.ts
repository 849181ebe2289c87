import type { DatabaseSync, StatementSync } from 'node:sqlite';

const recipientColumns =
  'destination, n, due_at, address, parameters, shown_as, attempts, retry_at, delay_reported, last_failure';

const sql = {
  begin: 'BEGIN IMMEDIATE',
  commit: 'COMMIT',
  rollback: 'ROLLBACK',

  insertFresh: 'INSERT INTO fresh (seq, id, envelope, recipients, spool, content) VALUES (?, ?, ?, ?, ?, ?)',
  deleteFresh: 'DELETE FROM fresh WHERE seq = ?',
  freshRecipients: 'SELECT recipients FROM fresh WHERE seq = ?',
  freshContent: 'SELECT spool, content FROM fresh WHERE seq = ?',
  allFresh: 'SELECT seq FROM fresh ORDER BY seq',
  restFresh: `INSERT INTO message (seq, id, last_n, envelope, spool, content)
    SELECT seq, id, ?, envelope, spool, content FROM fresh WHERE seq = ?`,

  insertMessage: 'INSERT INTO message (seq, id, last_n, envelope, spool, content) VALUES (?, ?, ?, ?, ?, ?)',
  deleteMessageIfDone: `DELETE FROM message
    WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM recipient WHERE recipient.seq = ?)`,
  lastN: 'SELECT last_n FROM message WHERE seq = ?',
  raiseLastN: 'UPDATE message SET last_n = max(last_n, ?) WHERE seq = ?',
  message: `SELECT id, last_n, envelope, spool, CASE WHEN length(content) <= ? THEN content END AS content
    FROM message WHERE seq = ?`,
  contentById: 'SELECT spool, content FROM message WHERE id = ?',
  namesSpool: 'SELECT 1 AS found FROM message WHERE spool = ? UNION ALL SELECT 1 FROM fresh WHERE spool = ? LIMIT 1',
  spools: 'SELECT DISTINCT spool FROM message WHERE spool IS NOT NULL',

  insertRecipient: `INSERT INTO recipient (seq, ${recipientColumns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  deleteRecipient: 'DELETE FROM recipient WHERE seq = ? AND destination = ? AND n = ?',
  deferRecipient: `UPDATE recipient
    SET destination = ?, due_at = ?, attempts = ?, retry_at = ?, delay_reported = ?, last_failure = ?
    WHERE seq = ? AND destination = ? AND n = ?`,
  dueOfMessage: `SELECT ${recipientColumns} FROM recipient WHERE seq = ? AND destination = ? AND due_at <= ? ORDER BY n`,
  firstDue: `SELECT due_at, seq, n FROM recipient
    WHERE destination = ? AND (due_at, seq, n) > (?, ?, ?) ORDER BY due_at, seq, n LIMIT ?`,

  freelist: 'PRAGMA freelist_count',
  pageSize: 'PRAGMA page_size',
  maxSeq: 'SELECT max((SELECT ifnull(max(seq), 0) FROM message), (SELECT ifnull(max(seq), 0) FROM fresh)) AS seq',
  countMessages: 'SELECT count(*) AS count FROM message INDEXED BY message_id',
  countDestinations: `SELECT destination, count(*) AS count FROM recipient INDEXED BY recipient_due GROUP BY destination`,
  recipientsOfMessage: `SELECT ${recipientColumns} FROM recipient WHERE seq = ? ORDER BY n`,
  seqById: 'SELECT seq FROM message WHERE id = ?',
  firstDestination: 'SELECT destination, due_at, seq FROM recipient ORDER BY destination, due_at, seq LIMIT 1',
  nextDestination: `SELECT destination, due_at, seq FROM recipient
    WHERE destination > ? ORDER BY destination, due_at, seq LIMIT 1`,
} as const;

/** The statements of the queue, compiled once. */
export type Statements = Readonly<Record<keyof typeof sql, StatementSync>>;

/** Compiles the statements of the queue. */
export function prepareStatements(database: DatabaseSync): Statements {
  const entries = Object.entries(sql).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(entries) as Statements;
}
