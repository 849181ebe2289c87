export { parseReport, type ParsedReport, type ReportContent, type ReportRanges } from './report.ts';
export type { MimePart, Range } from './tree.ts';
export type { Parameter } from './media-type.ts';
export type { MachineContent, MachinePart } from './machine-part.ts';
export type { ReportKind } from './find.ts';
export type { HumanReadable, Translation } from './human.ts';
export type { Returned, ReturnedHeader } from './returned.ts';
export type { ReportIssue, ReportIssueCode } from './issue.ts';
export {
  readDispositionNotification,
  readFeedbackReport,
  type Disposition,
  type DispositionNotification,
  type FeedbackReport,
} from './machine.ts';
export { autoSubmitted } from './classify.ts';
export { cutHeaders, splitHeader, type SplitHeader } from './header.ts';
export { decodeHeaderText } from './encoded-word.ts';
export { formatReport, type FormatOptions, type Report } from './format-report.ts';
export { selectReturned, type ReturnRequest } from './select-returned.ts';
export type { ReturnedContent, ReturnPath } from './content.ts';
export { assertBoundary, deriveBoundary } from './boundary.ts';
export { ReportError, type ReportErrorCode } from './error.ts';
