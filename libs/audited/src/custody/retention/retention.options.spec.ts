import { resolveRetention, RETENTION_PRESETS } from './retention.options.js';

describe('the options of retention', () => {
  it('keep everything for ever when nothing is said', () => {
    const policy = resolveRetention({});
    expect(policy.fallback).toEqual({ keep: undefined, online: undefined });
    expect(policy.classes.size).toBe(0);
  });

  it('take a preset as the default, and as the floor of every class', () => {
    const policy = resolveRetention({ preset: 'cert-in', classes: { financial: '10 years' } });
    expect(policy.fallback.keep).toEqual({ count: 180, unit: 'day' });
    expect(policy.classes.get('financial')?.keep).toEqual({ count: 10, unit: 'year' });
    expect(() => resolveRetention({ preset: 'cert-in', classes: { debug: '30 days' } })).toThrow(
      /retention\.classes\.debug.*shorter than the preset/,
    );
  });

  it('take the longest of several presets', () => {
    const policy = resolveRetention({ preset: ['cert-in', 'hipaa'] });
    expect(policy.fallback.keep).toEqual({ count: 6, unit: 'year' });
    expect(policy.presets).toEqual(['cert-in', 'hipaa']);
  });

  it('need an archive where records leave the database before their time is over', () => {
    expect(() => resolveRetention({ preset: 'pci-dss' })).toThrow(/retention\.archive.*missing/);
    const policy = resolveRetention({ preset: 'pci-dss', archive: '/var/audit/archive' });
    expect(policy.fallback).toEqual({ keep: { count: 12, unit: 'month' }, online: { count: 3, unit: 'month' } });
    expect(() => resolveRetention({ default: { keep: '2 years', online: '30 days' } })).toThrow(/retention\.archive/);
  });

  it.each<[string, object, RegExp]>([
    ['a misspelt option', { defualt: '1 year' }, /retention\.defualt.*unknown/],
    ['an unknown preset', { preset: 'gdpr' }, /retention\.preset.*pci-dss, cert-in, hipaa/],
    ['a bad period of a class', { classes: { x: '1 decade' } }, /retention\.classes\.x.*is no period/],
    ['a misspelt rule', { default: { keep: '1 year', offline: '1 day' } }, /retention\.default\.offline.*unknown/],
    ['online longer than keep', { default: { keep: '1 year', online: '2 years' } }, /online.*longer than "keep"/],
    ['classes that are a list', { classes: ['x'] }, /retention\.classes.*must be an object/],
    ['an empty archive', { archive: ' ' }, /retention\.archive/],
  ])('refuse %s', (_, options, message) => {
    expect(() => resolveRetention(options)).toThrow(message);
  });

  it('name presets that each resolve on their own', () => {
    for (const preset of Object.keys(RETENTION_PRESETS) as (keyof typeof RETENTION_PRESETS)[]) {
      expect(resolveRetention({ preset, archive: 'archive' }).fallback.keep).toBeDefined();
    }
  });
});
