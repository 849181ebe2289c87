export { readForwarded, type ForwardedMessage } from './forwarded.ts';
export { judgeRecipient } from './judge-recipient.ts';
export { readBounce } from './read-bounce.ts';
export { recipientAddress } from './recipient-address.ts';
export { REASONS, type Reason, type ReasonDefinition } from './reasons.ts';
export type {
  Advice,
  Bounce,
  BouncedRecipient,
  BounceKind,
  Confidence,
  Evidence,
  OriginalMessage,
  Permanence,
} from './types.ts';
