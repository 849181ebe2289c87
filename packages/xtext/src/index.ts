export { XtextError, type XtextErrorCode } from './error.ts';
export { decodeXtextLenient, type XtextRepair } from './lenient.ts';
export { assertPrintable, isPrintable } from './printable.ts';
export {
  decodeUtf8AddrUnitext,
  decodeUtf8AddrXtext,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
  downconvertUtf8Addr,
  utf8AddrForm,
  type Utf8AddrForm,
} from './utf8-address.ts';
export { decodeXtext, decodeXtextOctets, encodeXtext, encodeXtextOctets, isXtext, type Xtext } from './xtext.ts';
