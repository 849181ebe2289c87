export { lintDeliveryStatus, lintGlobalDeliveryStatus } from './lint.ts';
