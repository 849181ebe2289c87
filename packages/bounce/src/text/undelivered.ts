import { PhraseBook } from './phrase-book.ts';

/**
 * Of what is spoken: that something is brought to somebody; that something did not work; both in one word; that it is
 * tried again; that it is not; how long.
 */
type Word = 'bring' | 'fail' | 'both' | 'again' | 'quit' | 'span';

const WORDS = new PhraseBook<Word>([
  ...entries('bring', 'deliver* sent send sending reach* transmit* transport* transfer* arrive* forwarded relayed zustell* zugestellt gesendet remis remise livr* distribu* envoy* acheminé* entreg* envi* consegn* recapit* inviat* inoltr* bezorg* afgelever* verzend* lever* sendes skick* dostarcz* доставл* доставк* отправл* 配信* 送信* 配送* 送達* 投递* 送达* 发送* 投遞* 전송* 배달*'),
  ...entries('fail', 'not n\'t cannot can\'t couldn\'t wasn\'t hasn\'t weren\'t didn\'t never unable fail* error* problem* trouble impossible impossibile imposible impossível incomplete unsuccessful* abandoned gave_up nicht fehlgeschlagen fehler gescheitert échec échoué pas no_se_ha no_se_pudo no_pudo no_puede não falha* falhou fallit* fallo fallado mancat* non niet mislukt ikke inte nie не ошибк* できません* できない* できません 失敗* エラー* 失败* 无法* 無法* 不能* 未能* 실패*'),
  ...entries('both', 'undeliver* undelivr* nondeliver* non-deliver* bounced returned_to_sender return_to_sender returned_mail unzustellbar* unzustellbarkeit* onbestelbaar* niedostarcz* недоставл* 退信* 不達* 返送*'),
  ...entries('again', 'keep_trying keep_on_trying keeps_trying continue_to_try retry* retries try_again tried_again trying_again next_attempt further_attempts further_delivery_attempts still_waiting still_queued waiting weiterhin erneut nouvelle_tentative réessay* reintent* nuevo_intento riprov* nova_tentativa tentar_novamente opnieuw nytt_försök повтор* 再試行* 再送* 重试* 重試* 다시'),
  ...entries('quit', 'give_up gave_up giving_up given_up abandon* no_further no_longer_try stopped_trying stop_trying long_enough deleted_from_queue removed_from_queue aufgegeben abandonné abandonn* desist* rinunci* opgegeven прекращ* 断念* 放弃*'),
  ...entries('span', 'hour hours hrs day days minutes week weeks stunde* tag tage tagen heure* jour* hora horas día días dia dias ora ore giorn* uur uren dag dagen timmar dagar час часа часов дня дней суток 時間* 小时* 小時* 일 시간'),
]); // prettier-ignore

function entries(word: Word, list: string): [string, Word][] {
  return list.split(' ').map((phrase): [string, Word] => [phrase.replaceAll('_', ' '), word]);
}

/** So close together the two belong together. */
const LONGEST_GAP = 40;

/** A report says early what it is about. */
const LONGEST_LOOK = 4000;

/** What a text says in whatever words: that something could not be brought to somebody, is tried again, or is not after a time. */
export interface Told {
  readonly failure: boolean;
  readonly delay: boolean;
  readonly gaveUp: boolean;
}

/** Read what a text up to an offset says of a delivery. One pass. */
export function readNews(text: string, to: number): Told {
  const last: Record<Word, number> = { bring: -1, fail: -1, both: -1, again: -1, quit: -1, span: -1 };
  const told = { failure: false, delay: false, gaveUp: false };
  WORDS.scan(text, 0, Math.min(to, LONGEST_LOOK), (word, start, end) => {
    const isNear = (other: Word): boolean => last[other] >= 0 && start - last[other] <= LONGEST_GAP;
    last[word] = end;
    if (word === 'both' || (word === 'bring' && isNear('fail')) || (word === 'fail' && isNear('bring')))
      told.failure = true;
    if ((word === 'again' && isNear('span')) || (word === 'span' && isNear('again'))) told.delay = true;
    if ((word === 'quit' && isNear('span')) || (word === 'span' && isNear('quit'))) told.gaveUp = true;
    return false;
  });
  return { ...told, delay: told.delay && !told.gaveUp };
}
