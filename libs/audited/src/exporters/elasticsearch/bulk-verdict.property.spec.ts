import fc from 'fast-check';
import { bulkVerdict } from './bulk-verdict.js';

/** What a document may be answered with, and what has to become of it: told apart by hand, not by the code under test. */
const ANSWERS = [
  { status: 200, fate: 'stored' },
  { status: 201, fate: 'stored' },
  { status: 409, type: 'version_conflict_engine_exception', fate: 'stored' },
  { status: 201, failureStore: 'used', fate: 'refused' },
  { status: 400, type: 'document_parsing_exception', fate: 'refused' },
  { status: 400, type: 'illegal_argument_exception', failureStore: 'failed', fate: 'refused' },
  { status: 429, type: 'es_rejected_execution_exception', fate: 'later' },
  { status: 500, type: 'exception', fate: 'later' },
  { status: 503, type: 'unavailable_shards_exception', fate: 'later' },
  { status: 403, type: 'cluster_block_exception', fate: 'held' },
  { status: 404, type: 'index_not_found_exception', fate: 'held' },
  { status: 400, type: 'index_closed_exception', fate: 'held' },
] as const;

type Answer = (typeof ANSWERS)[number];

const anyAnswers = fc.oneof(
  fc.array(fc.constantFrom(...ANSWERS), { minLength: 1, maxLength: 40 }),
  // Of one kind only: by chance that would hardly ever come.
  fc
    .constantFrom('stored', 'refused', 'later', 'held')
    .chain((fate) =>
      fc.array(fc.constantFrom(...ANSWERS.filter((answer) => answer.fate === fate)), { minLength: 1, maxLength: 5 }),
    ),
);

function itemOf(answer: Answer): object {
  const { status } = answer;
  return {
    create: {
      ...('failureStore' in answer ? { failure_store: answer.failureStore } : {}),
      ...('type' in answer ? { error: { type: answer.type, reason: 'why' } } : {}),
      status,
    },
  };
}

function placesOf(answers: readonly Answer[], ...fates: readonly string[]): number[] {
  return answers.flatMap(({ fate }, index) => (fates.includes(fate) ? [index] : []));
}

describe('whatever became of the documents', () => {
  it('each is stored, refused or sent again: none is lost, and none is sent for nothing', () => {
    fc.assert(
      fc.property(anyAnswers, (answers) => {
        const text = JSON.stringify({ errors: true, items: answers.map(itemOf) });
        const verdict = bulkVerdict({ status: 200, headers: {}, text, isCut: false }, answers.length);
        const refused = placesOf(answers, 'refused');
        const again = placesOf(answers, 'later', 'held');
        if (placesOf(answers, 'stored').length === answers.length) {
          expect(verdict).toEqual({ status: 'delivered' });
        } else if (placesOf(answers, 'held').length === answers.length) {
          expect(verdict.status).toBe('hold');
        } else if (again.length === answers.length) {
          expect(verdict.status).toBe('retry');
        } else {
          expect(verdict).toMatchObject({ status: 'partial' });
          if (verdict.status !== 'partial') return;
          expect(verdict.refused.map(({ index }) => index)).toEqual(refused);
          expect(verdict.again ?? []).toEqual(again);
          expect(verdict.unnamed).toBeUndefined();
        }
      }),
    );
  });

  it('whatever text answers, there is a verdict, and none says delivered without a status for each', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.integer({ min: 200, max: 599 }), (text, status) => {
        expect(bulkVerdict({ status, headers: {}, text, isCut: false }, 3).status).not.toBe('delivered');
      }),
    );
  });
});
