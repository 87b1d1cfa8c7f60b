import { spokenMessage } from './spoken-message.js';

describe('the message of an error', () => {
  it.each([
    ['Audit option "verify.threads" is 999. Use a whole number.', '--threads is 999. Use a whole number.'],
    ['Audit option "checkpoints.keys[0].pem" is wrong.', '--key is wrong.'],
    [
      'The database "x" is a folder. Set the option "database" to a file.',
      'The database "x" is a folder. Set --database to a file.',
    ],
    ['Audit option "retention.classes.financial" is no period.', '--policy: "classes.financial" is no period.'],
    [
      'Audit option "retention.archive" is missing, but retention.classes.a lets records go. Name a folder.',
      '--archive is missing, but --policy: "classes.a" lets records go. Name a folder.',
    ],
    ['"reason" is missing. Say why.', '--reason is missing. Say why.'],
    ['"selection.resourceType" is no text.', '--resource-type is no text.'],
    ['Audit query parameter "tenantId" must be a text.', '--tenant must be a text.'],
    ['Set the option "ssl" to what the server offers.', 'Set the option "ssl" to what the server offers.'],
    ['"name" is no name: "".', '"name" is no name: "".'],
    ['Chain "main" was not pruned.', 'Chain "main" was not pruned.'],
  ])('%s', (message, expected) => {
    expect(spokenMessage(message)).toBe(expected);
  });
});
