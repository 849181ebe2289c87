import { PhraseBook } from './phrase-book.ts';

/** Of what is spoken: that something is brought to somebody; that something did not work; or both in one word. */
type Word = 'bring' | 'fail' | 'both';

const WORDS = new PhraseBook<Word>([
  ...entries('bring', 'deliver* sent send sending reach* transmit* transport* transfer* arrive* forwarded relayed zustell* zugestellt gesendet remis remise livr* distribu* envoy* acheminé* entreg* envi* consegn* recapit* inviat* inoltr* bezorg* afgelever* verzend* lever* sendes skick* dostarcz* доставл* доставк* отправл* 配信* 送信* 配送* 送達* 投递* 送达* 发送* 投遞* 전송* 배달*'),
  ...entries('fail', 'not n\'t cannot can\'t couldn\'t wasn\'t hasn\'t weren\'t didn\'t never unable fail* error* problem* trouble impossible impossibile imposible impossível incomplete unsuccessful* abandoned gave_up nicht fehlgeschlagen fehler gescheitert échec échoué pas no_se_ha no_se_pudo no_pudo no_puede não falha* falhou fallit* fallo fallado mancat* non niet mislukt ikke inte nie не ошибк* できません* できない* できません 失敗* エラー* 失败* 无法* 無法* 不能* 未能* 실패*'),
  ...entries('both', 'undeliver* undelivr* nondeliver* non-deliver* bounced returned_to_sender return_to_sender returned_mail unzustellbar* unzustellbarkeit* onbestelbaar* niedostarcz* недоставл* 退信* 不達* 返送*'),
]); // prettier-ignore

function entries(word: Word, list: string): [string, Word][] {
  return list.split(' ').map((phrase): [string, Word] => [phrase.replaceAll('_', ' '), word]);
}

/** So close together the two belong together. */
const LONGEST_GAP = 40;

/** A report says early what it is about. */
const LONGEST_LOOK = 4000;

/** Whether a text says, in whatever words, that something could not be brought to somebody. */
export function saysUndelivered(text: string, to: number): boolean {
  let brought = -Infinity;
  let failed = -Infinity;
  let found = false;
  WORDS.scan(text, 0, Math.min(to, LONGEST_LOOK), (word, start, end) => {
    if (word === 'bring') brought = end;
    else if (word === 'fail') failed = end;
    found =
      word === 'both' || (start - (word === 'bring' ? failed : brought) <= LONGEST_GAP && failed > 0 && brought > 0);
    return found;
  });
  return found;
}
