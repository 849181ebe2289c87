export { XtextError, type XtextErrorCode } from './error.ts';
export { decodeXtextLenient, type XtextRepair } from './lenient.ts';
export { assertPrintable, isPrintable } from './printable.ts';
export {
  decodeUtf8AddrUnitext,
  decodeUtf8AddrXtext,
  encodeUtf8AddrUnitext,
  encodeUtf8AddrXtext,
} from './utf8-address.ts';
export { decodeXtext, decodeXtextOctets, encodeXtext, encodeXtextOctets, isXtext, type Xtext } from './xtext.ts';
