import { saidName } from './said-name.js';

describe('saidName', () => {
  it.each(['type', 'not.actorId', 'actor[id]', '__proto__', 'start_time'])('says %s', (name) => {
    expect(saidName(name)).toBe(name);
  });

  it.each([' jane@acme.example', 'jane@acme.example', '', 'a b', 'x'.repeat(65)])('does not say %j', (name) => {
    expect(saidName(name)).toBe('(no name)');
  });
});
