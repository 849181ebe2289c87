/** What only a client needs: typed values to parameters, and a whole envelope said to one server. */
export { type Envelope, type EnvelopePlan, type RecipientRequest, type Unmet, envelope } from './envelope.ts';
export { writeMailParameters, writeRcptParameters } from './write.ts';
