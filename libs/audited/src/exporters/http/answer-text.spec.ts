import { answerJson, answerText, statusText } from './answer-text.js';

function said(text: string, type?: string): string {
  return answerText({ status: 502, headers: type === undefined ? {} : { 'content-type': type }, text, isCut: false });
}

describe('answerText', () => {
  it('is the words of a page, without what is not meant for people', () => {
    const page = `<!DOCTYPE html>
      <html><head><title>x</title><style>body { color: red }</style></head>
      <body><!-- server: 10.0.0.7 --><script>track("a < b")</script><h1>502 Bad&nbsp;Gateway</h1>
      <hr><center>nginx &amp; friends</center></body></html>`;
    expect(said(page)).toBe('502 Bad Gateway nginx & friends');
  });

  it.each([
    ['a style', '<html><body><p>Down</p><style>p { '],
    ['a comment', '<html><body><p>Down</p><!-- debug: '],
    ['a tag', '<html><body><p>Down</p><img src="'],
  ])('ends where a page breaks off within %s', (_what, page) => {
    expect(said(page)).toBe('Down');
  });

  it('knows a page by its type, too', () => {
    expect(said('<b>Down</b>', 'text/html; charset=utf-8')).toBe('Down');
  });

  it('leaves everything else as it is, on one line', () => {
    expect(said('{"text":\n\t"a < b"}', 'application/json')).toBe('{"text": "a < b"}');
  });

  it('is short, and splits no character', () => {
    const line = said(`${'x'.repeat(199)}\u{1f680}${'y'.repeat(5000)}`);
    expect(line).toBe(`${'x'.repeat(199)}...`);
    expect(said('z'.repeat(200))).toBe('z'.repeat(200));
  });

  it('does not take long for a page that is all brackets', () => {
    expect(said(`<html>${'<'.repeat(1_000_000)}`).length).toBeLessThan(300);
    expect(said(`<html>${'<!--'.repeat(100_000)}`).length).toBeLessThan(300);
  });
});

describe('statusText', () => {
  it('is the status alone when nothing was said', () => {
    expect(statusText({ status: 503, headers: {}, text: ' \n', isCut: false })).toBe('HTTP 503');
    expect(statusText({ status: 503, headers: {}, text: 'busy', isCut: false })).toBe('HTTP 503: busy');
  });
});

describe('answerJson', () => {
  it('is undefined for what is no JSON, or not all of it', () => {
    expect(answerJson({ status: 200, headers: {}, text: '<html>', isCut: false })).toBeUndefined();
    expect(answerJson({ status: 200, headers: {}, text: '{"a":1}', isCut: true })).toBeUndefined();
    expect(answerJson({ status: 200, headers: {}, text: '{"a":1}', isCut: false })).toEqual({ a: 1 });
  });
});
