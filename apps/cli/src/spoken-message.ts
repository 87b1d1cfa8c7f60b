import { flagOf } from './options/filter-options.js';

/** The library names its own options, but the user typed others. The first match wins; the rest keeps its name. */
const OPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^database(?:\.url|\.file)?$/, '--database'],
  [/^checkpoints\.origin$/, '--origin'],
  [/^checkpoints\.keys.*$/, '--key'],
  [/^(?:checkpoints|verify)\.trustedKeys.*$/, '--trust'],
  [/^verify\.checkpoints.*$/, '--checkpoint'],
  [/^verify\.maxFaults$/, '--max-faults'],
  [/^verify\.(chain|threads)$/, '--$1'],
  [/^seal\.keys.*$/, '--seal-key'],
  [/^retention\.(preset|archive)$/, '--$1'],
  [/^retention\.default$/, '--keep'],
  [/^retention\.(.+)$/, '--policy: "$1"'],
  [/^spool\.directory$/, '--spool'],
  [/^(?:selection\.)?(from|to|chain|type)$/, '--$1'],
  [/^(?:selection\.)?resourceType$/, '--resource-type'],
  [/^(?:selection\.)?(actor|tenant|session|correlation|resource)Id$/, '--$1'],
  [/^timeZone$/, '--time-zone'],
  [/^(by|top|histogram|reason|ticket|cause|email|limit|offset|order|cursor|text)$/, '--$1'],
];
const OPTION = /(?:Audit |\bthe )?option "([^"]+)"/g;
/** In the middle of a sentence an option may stand without quotes. */
const NAMED = /(?<![\w."])(retention\.\w+(?:\.[\w-]+)*)/g;
const FIELD = /^(?:Audit query parameter )?"([\w.]+)"(?= [a-z])/;

/** @returns the message as the command line says it: `--origin` instead of `Audit option "checkpoints.origin"` */
export function spokenMessage(message: string): string {
  return message.replace(OPTION, spoken).replace(NAMED, spoken).replace(FIELD, spoken);
}

function spoken(whole: string, name: string): string {
  const [pattern, option = ''] = OPTIONS.find(([candidate]) => candidate.test(name)) ?? [];
  return pattern === undefined ? (flagOf(name) ?? whole) : name.replace(pattern, option);
}
