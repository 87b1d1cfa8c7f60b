/** What a parameter may be called; anything else may be a value that came apart at an ampersand. */
const NAME = /^[A-Za-z_][\w.[\]-]{0,63}$/;

/** The name of a parameter as a sentence or a record may say it: what is no name may be somebody's. */
export function saidName(name: string): string {
  return NAME.test(name) ? name : '(no name)';
}
