import type { EsmtpParameter } from '@dsnkit/esmtp-parameters';

/** Keywords are matched without regard to letter case. RFC 5321 §4.1.2 */
export function isKeyword(parameter: EsmtpParameter, ...keywords: readonly string[]): boolean {
  return keywords.includes(parameter.keyword.toUpperCase());
}

export function find(parameters: readonly EsmtpParameter[], keyword: string): EsmtpParameter | undefined {
  return parameters.find((parameter) => isKeyword(parameter, keyword));
}

/** The elements of a NOTIFY value as they were spelled; RFC 822 lists may have empty ones. RFC 3461 §4.1 */
export function notifyElements(value: string): string[] {
  return value.split(',').filter((element) => element !== '');
}

export function isNotifyNever(parameters: readonly EsmtpParameter[]): boolean {
  return find(parameters, 'NOTIFY')?.value?.toUpperCase() === 'NEVER';
}
