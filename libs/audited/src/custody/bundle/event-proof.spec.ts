import { generateKeyPair } from '../../integrity/notes/note-signer.js';
import { verifierKey } from '../../integrity/notes/signed-note.js';
import { BundledLog, LOG_NAME, SIGNED_AT } from '../../testing/bundled-log.fixture.js';
import { eventProofText, proveEvent, type EventProof } from './event-proof.js';
import { verifyEventProof, type EventProofVerdict } from './event-proof-check.js';

describe('the proof of an event', () => {
  let log: BundledLog;

  beforeEach(async () => {
    log = await BundledLog.make();
    await log.add(20);
    await log.checkpoint();
  });

  afterEach(() => log.dispose());

  function prove(position: number, withPersonal = false): Promise<EventProof> {
    const { id } = JSON.parse(log.custody.rows('main')[position - 1]?.body ?? '{}') as { id: string };
    return proveEvent({ reader: log.custody, source: log.custody }, id, { withPersonal });
  }

  function verify(proof: unknown, keys = [log.keys.publicPem]): EventProofVerdict {
    return verifyEventProof(JSON.stringify(proof), { trustedKeys: keys });
  }

  it('is small, says how to check it, and verifies with the public key', async () => {
    const proof = await prove(3);
    const text = eventProofText(proof);
    expect(text.length).toBeLessThan(4000);
    expect(proof.comment).toContain('verify-proof');
    expect(text).not.toContain('person-');
    expect(verifyEventProof(text, { trustedKeys: [log.keys.publicPem] })).toMatchObject({
      ok: true,
      isTrusted: true,
      origin: `${LOG_NAME}/main`,
      size: 20,
      checkpointTime: SIGNED_AT,
      personal: 'left out',
      remarks: [],
    });
  });

  it('holds personal data only when asked, and then proves them too', async () => {
    const proof = await prove(3, true);
    const verdict = verify(proof);
    expect(verdict).toMatchObject({ ok: true, personal: 'included' });
    expect(verdict.event?.actor.email).toBe('person-t-1-2@example.com');
    expect(verify({ ...proof, personal: proof.personal?.replace('t-1', 't-2') }).problems.join()).toContain(
      'personal part',
    );
    expect(await prove(2, true)).not.toHaveProperty('personal');
    expect(verify(await prove(2))).toMatchObject({ personal: 'none' });
  });

  it('is not trusted without a key, with another one, with one of another log, or with one that had expired', async () => {
    const proof = await prove(7);
    const unnamed = verify(proof, []);
    expect(unnamed).toMatchObject({ ok: true, isTrusted: false });
    expect(unnamed.remarks.join()).toContain('Nobody you named has signed this');
    expect(verify(proof, [generateKeyPair().publicPem])).toMatchObject({ ok: false, isTrusted: false });
    expect(verify(proof, [verifierKey('other.example', log.keys.publicKey)]).ok).toBe(false);
    const expired = `${verifierKey(LOG_NAME, log.keys.publicKey)} notAfter=2025-01-01T00:00:00.000Z`;
    expect(verify(proof, [expired]).ok).toBe(false);
  });

  it('proves nothing about another event, place, tree or chain', async () => {
    const [proof, other] = [await prove(5), await prove(6)];
    for (const forged of [
      { ...proof, body: other.body },
      { ...proof, seal: other.seal },
      { ...proof, inclusion: other.inclusion },
      { ...proof, inclusion: { ...proof.inclusion, index: 5 } },
      { ...proof, inclusion: { ...proof.inclusion, size: 19 } },
      { ...proof, seal: { ...proof.seal, chain: 'other' } },
      { ...proof, seal: { ...proof.seal, mac: `k1:${'0'.repeat(64)}` } },
      { ...proof, checkpoint: proof.checkpoint.replace('\n20\n', '\n21\n') },
    ]) {
      expect(verify(forged)).toMatchObject({ ok: false, isTrusted: false });
    }
  });

  it.each([
    ['', 'not the JSON'],
    ['null', 'not the JSON'],
    ['[]', 'not the JSON'],
    ['{"format":"audited-proof/2"}', 'audited-proof/2'],
    ['{"format":"audited-proof/1"}', 'seal'],
    [`{"format":"audited-proof/1","seal":${'['.repeat(50)}${']'.repeat(50)}}`, 'seal'],
  ])('of the text %j gets a verdict', (text, problem) => {
    const { ok, problems } = verifyEventProof(text);
    expect(ok).toBe(false);
    expect(problems.join()).toContain(problem);
  });

  it('cannot be made of an unknown event, nor before a checkpoint covers it', async () => {
    const parts = { reader: log.custody, source: log.custody };
    await expect(proveEvent(parts, 'nobody')).rejects.toMatchObject({ code: 'AUDIT_PROOF_UNAVAILABLE' });
    await log.add(1);
    await expect(prove(21)).rejects.toThrow('no checkpoint covers position 21');
  });
});
