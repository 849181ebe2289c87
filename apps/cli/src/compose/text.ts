import { plainAddress, type Action, type DeliveryStatus, type RecipientFields } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';

/** What a report says to a person, in one language. */
interface Wording {
  readonly subject: Readonly<Record<Action, string>>;
  readonly greeting: string;
  readonly actions: Readonly<Record<Action, string>>;
  /** Whose words follow where no host is named, and what stands behind the name. */
  readonly other: string;
  readonly remote: string;
  readonly status: string;
  readonly retry: string;
  /** The sentence on a status code; known in English only. */
  readonly explains: boolean;
}

const ENGLISH: Wording = {
  subject: {
    failed: 'Not delivered',
    delayed: 'Delayed',
    delivered: 'Delivered',
    relayed: 'Relayed',
    expanded: 'Passed on to several addresses',
  },
  greeting: 'This is the mail system at',
  actions: {
    failed: 'Your message was not delivered, and will not be.',
    delayed: 'Your message has not been delivered yet. You need not send it again.',
    delivered: 'Your message was delivered.',
    relayed: 'Your message was passed on to a system that does not confirm delivery.',
    expanded: 'Your message was passed on to all addresses behind this one.',
  },
  other: 'The other system',
  remote: 'said',
  status: 'Status',
  retry: 'Delivery will be tried until',
  explains: true,
};

const WORDINGS: Readonly<Record<string, Wording>> = {
  en: ENGLISH,
  de: {
    subject: {
      failed: 'Nicht zugestellt',
      delayed: 'Verzögert',
      delivered: 'Zugestellt',
      relayed: 'Weitergeleitet',
      expanded: 'An mehrere Adressen weitergegeben',
    },
    greeting: 'Dies ist das Mailsystem auf',
    actions: {
      failed: 'Ihre Nachricht wurde nicht zugestellt und wird es auch nicht mehr.',
      delayed: 'Ihre Nachricht ist noch nicht zugestellt. Sie brauchen sie nicht noch einmal zu senden.',
      delivered: 'Ihre Nachricht wurde zugestellt.',
      relayed: 'Ihre Nachricht ging an ein System weiter, das die Zustellung nicht bestätigt.',
      expanded: 'Ihre Nachricht ging an alle Adressen weiter, die hinter dieser stehen.',
    },
    other: 'Das andere System',
    remote: 'sagte',
    status: 'Status',
    retry: 'Die Zustellung wird versucht bis',
    explains: false,
  },
  fr: {
    subject: {
      failed: 'Non remis',
      delayed: 'Retardé',
      delivered: 'Remis',
      relayed: 'Transmis',
      expanded: 'Transmis à plusieurs adresses',
    },
    greeting: 'Ici le système de messagerie de',
    actions: {
      failed: "Votre message n'a pas été remis et ne le sera pas.",
      delayed: "Votre message n'a pas encore été remis. Il est inutile de l'envoyer à nouveau.",
      delivered: 'Votre message a été remis.',
      relayed: 'Votre message a été transmis à un système qui ne confirme pas la remise.',
      expanded: 'Votre message a été transmis à toutes les adresses derrière celle-ci.',
    },
    other: "L'autre système",
    remote: 'a répondu',
    status: 'Code',
    retry: "La remise sera tentée jusqu'au",
    explains: false,
  },
  es: {
    subject: {
      failed: 'No entregado',
      delayed: 'Retrasado',
      delivered: 'Entregado',
      relayed: 'Transmitido',
      expanded: 'Transmitido a varias direcciones',
    },
    greeting: 'Este es el sistema de correo de',
    actions: {
      failed: 'Su mensaje no se entregó y no se entregará.',
      delayed: 'Su mensaje aún no se ha entregado. No hace falta enviarlo de nuevo.',
      delivered: 'Su mensaje se entregó.',
      relayed: 'Su mensaje pasó a un sistema que no confirma la entrega.',
      expanded: 'Su mensaje pasó a todas las direcciones que hay detrás de esta.',
    },
    other: 'El otro sistema',
    remote: 'respondió',
    status: 'Código',
    retry: 'La entrega se intentará hasta',
    explains: false,
  },
};

/** The gravest action counts. */
const GRAVITY: readonly Action[] = ['failed', 'delayed', 'relayed', 'expanded', 'delivered'];

/** A subject for the report. */
export function subjectFor({ recipients }: DeliveryStatus, language: string, about: string | undefined): string {
  const action = GRAVITY.find((one) => recipients.some((recipient) => recipient.action === one)) ?? 'failed';
  const words = wordingOf(language).subject[action];
  return about === undefined ? words : `${words}: ${about}`;
}

/** The text for a person. */
export function textFor({ message, recipients }: DeliveryStatus, language: string): string {
  const wording = wordingOf(language);
  const blocks = recipients.map((recipient) => recipientBlock(recipient, wording));
  return `${wording.greeting} ${message.reportingMta.value}.\n\n${blocks.join('\n')}`;
}

function wordingOf(language: string): Wording {
  return WORDINGS[language] ?? ENGLISH;
}

function recipientBlock(recipient: RecipientFields, wording: Wording): string {
  const { finalRecipient, action, status, remoteMta, diagnosticCode, willRetryUntil } = recipient;
  const lines = [plainAddress(finalRecipient), `  ${wording.actions[action]}`];
  const explained = wording.explains && !status.endsWith('.0.0') ? `: ${explainStatus(status)}` : '';
  lines.push(`  ${wording.status} ${status}${explained}`);
  if (diagnosticCode !== undefined) {
    const who = remoteMta?.value ?? wording.other;
    lines.push(`  ${who} ${wording.remote}: ${diagnosticCode.value}`);
  }
  if (willRetryUntil !== undefined) lines.push(`  ${wording.retry} ${willRetryUntil.toISOString()}`);
  return `${lines.join('\n')}\n`;
}
