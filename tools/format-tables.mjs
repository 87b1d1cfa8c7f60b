/** The tables of each format's page, from the very objects by which the built package writes it. */
import { ASIM_COLUMN_FACTS } from '../libs/audited/dist/esm/formats/asim/asim-column-facts.js';
import { ASIM_EVENT_TYPE_TABLE } from '../libs/audited/dist/esm/formats/asim/asim-event-types.js';
import {
  ASIM_RESULTS,
  ASIM_SEVERITIES,
  ASIM_USER_ID_TYPES,
  ASIM_USER_TYPES,
} from '../libs/audited/dist/esm/formats/asim/asim-words.js';
import { CEF_HEADER_BYTES, CEF_KEYS } from '../libs/audited/dist/esm/formats/cef/cef-keys.js';
import { CSV_COLUMNS, DEFAULT_CSV_COLUMNS } from '../libs/audited/dist/esm/formats/csv/csv-columns.js';
import { ECS_CATEGORY_TYPES } from '../libs/audited/dist/esm/formats/ecs/ecs-categories.js';
import { ECS_EVENT_TYPES } from '../libs/audited/dist/esm/formats/ecs/ecs-event-types.js';
import { ECS_FIELDS } from '../libs/audited/dist/esm/formats/ecs/ecs-fields.js';
import { SEVERITY_NUMBERS } from '../libs/audited/dist/esm/formats/key-value/flat-facts.js';
import { LEEF_EVENT_TYPES } from '../libs/audited/dist/esm/formats/leef/leef-event-types.js';
import { LEEF_KEYS } from '../libs/audited/dist/esm/formats/leef/leef-keys.js';
import { HTTP_METHOD_ACTIVITIES, OCSF_CLASSES } from '../libs/audited/dist/esm/formats/ocsf/ocsf-classes.js';
import { OCSF_EVENT_TYPES } from '../libs/audited/dist/esm/formats/ocsf/ocsf-event-types.js';
import {
  OCSF_ENTITY_TYPES,
  OCSF_RISKS,
  OCSF_SEVERITIES,
  OCSF_STATUSES,
  OCSF_USER_TYPES,
} from '../libs/audited/dist/esm/formats/ocsf/ocsf-words.js';
import {
  OTLP_ATTRIBUTES,
  OTLP_RESOURCE_ATTRIBUTES,
  SEVERITY_NUMBERS as OTLP_SEVERITY_NUMBERS,
} from '../libs/audited/dist/esm/formats/otlp/otlp-attributes.js';
import { SENTINEL_COLUMNS } from '../libs/audited/dist/esm/formats/sentinel/sentinel-columns.js';
import { AUDIT_PARAMETERS, CORE_PARAMETER_NAMES } from '../libs/audited/dist/esm/formats/syslog/audit-parameters.js';
import { SEVERITY_TABLE, SYSLOG_FACILITIES } from '../libs/audited/dist/esm/formats/syslog/syslog-priority.js';
import { table } from './marked-pages.mjs';

const code = (text) => (text === undefined ? '' : `\`${text}\``);
const list = (texts) => texts.join(', ');

/** Rows of an event type table: types and beginnings, then categories, then everything else. */
function eventTypes({ types, categories, otherwise }, headings, cellsOf) {
  return table(
    ['event type', ...headings],
    [
      ...Object.entries(types).map(([type, entry]) => [code(type), ...cellsOf(entry)]),
      ...Object.entries(categories).map(([category, entry]) => [`others of category ${category}`, ...cellsOf(entry)]),
      ['all others', ...cellsOf(otherwise)],
    ],
  );
}

/** A table of words: ours, and what they are there. */
function words(ours, theirs, entries) {
  return table([ours, ...theirs], entries);
}

function ocsfWords(ours, theirs, mapping) {
  return words(
    ours,
    [code(theirs), 'caption'],
    Object.entries(mapping).map(([word, { id, caption }]) => [word, id, caption]),
  );
}

function activityOf({ classUid, activityId }) {
  const { activities } = OCSF_CLASSES[classUid];
  if (activityId === undefined) return 'as the record says';
  return activityId === 99 ? '99 Other' : `${activityId} ${activities[activityId]}`;
}

/** The member of a record that a function reads last, told by a stand-in for the record. */
function memberRead(read) {
  let last = '';
  const standIn = (path) =>
    new Proxy(
      {},
      {
        get: (_target, name) => {
          last = path === '' ? String(name) : `${path}.${String(name)}`;
          return last === 'event.transport.kind' ? 'http' : standIn(last);
        },
      },
    );
  read(standIn(''));
  return last.replace(/^event\./, '');
}

const otlpRows = (attributes) => attributes.map(({ key, holds, definition }) => [code(key), holds, definition]);
const OTLP_HEADINGS = ['attribute', 'holds', 'defined by the conventions as'];

/** Functions by format and part; the parts stand in `docs/formats/<format>.md`. */
export const FORMAT_TABLES = {
  asim: {
    columns: () =>
      table(
        ['column', 'holds'],
        Object.entries(ASIM_COLUMN_FACTS).map(([column, fact]) => [code(column), fact]),
      ),
    'event-types': () =>
      eventTypes(ASIM_EVENT_TYPE_TABLE, [code('EventType'), code('ObjectType')], ({ eventType, objectType }) => [
        eventType,
        objectType,
      ]),
    outcomes: () =>
      words(
        'outcome',
        [code('EventResult'), code('EventResultDetails'), code('DvcAction')],
        Object.entries(ASIM_RESULTS).map(([outcome, { EventResult, EventResultDetails, DvcAction }]) => [
          outcome,
          EventResult,
          EventResultDetails,
          DvcAction,
        ]),
      ),
    severities: () => words('severity', [code('EventSeverity')], Object.entries(ASIM_SEVERITIES)),
    actors: () =>
      words(
        'kind of actor',
        [code('ActorUserType')],
        Object.entries(ASIM_USER_TYPES).map(([kind, type]) => [kind, type ?? 'none']),
      ),
    'user-id-types': () => list(ASIM_USER_ID_TYPES.map(code)),
  },
  cef: {
    header: () =>
      table(
        ['field of the header', 'at most bytes'],
        Object.entries(CEF_HEADER_BYTES).map(([field, bytes]) => [code(field), bytes]),
      ),
    severities: () => words('severity', ['in the header'], Object.entries(SEVERITY_NUMBERS)),
    keys: () =>
      table(
        ['key', 'full name', 'type', 'at most bytes', 'holds', 'label', 'since'],
        CEF_KEYS.map(({ key, fullName, type, bytes, fact, label, since }) => [
          code(key),
          fullName === key ? '' : fullName,
          type,
          bytes,
          fact,
          label,
          since,
        ]),
      ),
  },
  csv: {
    columns: () =>
      table(
        ['column', 'type', 'holds', 'default'],
        Object.entries(CSV_COLUMNS).map(([column, { type, holds }]) => [
          code(column),
          type,
          holds,
          DEFAULT_CSV_COLUMNS.includes(column) ? 'yes' : '',
        ]),
      ),
  },
  ecs: {
    fields: () =>
      table(
        ['field', 'holds'],
        Object.entries(ECS_FIELDS).map(([field, fact]) => [code(field), fact]),
      ),
    'event-types': () =>
      eventTypes(ECS_EVENT_TYPES, [code('event.category'), code('event.type')], ({ category, type }) => [
        list(category),
        list(type),
      ]),
    categories: () =>
      table(
        [code('event.category'), `${code('event.type')} that ECS expects of it`],
        Object.entries(ECS_CATEGORY_TYPES).map(([category, types]) => [category, list(types)]),
      ),
  },
  leef: {
    severities: () => words('severity', [code('sev')], Object.entries(SEVERITY_NUMBERS)),
    keys: () =>
      table(
        ['key', 'defined by', 'at most bytes', 'holds'],
        LEEF_KEYS.map(({ key, defined, bytes, fact }) => [
          code(key),
          defined === 'own' ? 'this package' : defined,
          bytes,
          fact,
        ]),
      ),
    'event-types': () =>
      table(
        ['event type', 'is a'],
        Object.entries(LEEF_EVENT_TYPES).map(([type, change]) => [
          code(type),
          change === 'login' ? 'log-in' : 'log-out',
        ]),
      ),
  },
  ocsf: {
    classes: () =>
      table(
        ['class', 'name', 'category', 'activities'],
        Object.entries(OCSF_CLASSES).map(([uid, { caption, categoryUid, category, activities }]) => [
          uid,
          caption,
          `${categoryUid} ${category}`,
          list([...Object.entries(activities).map(([id, name]) => `${id} ${name}`), '99 Other']),
        ]),
      ),
    'event-types': () =>
      eventTypes(OCSF_EVENT_TYPES, ['class', 'activity'], (entry) => [
        `${entry.classUid} ${OCSF_CLASSES[entry.classUid].caption}`,
        activityOf(entry),
      ]),
    methods: () => words('method of the request', ['activity'], Object.entries(HTTP_METHOD_ACTIVITIES)),
    severities: () => ocsfWords('severity', 'severity_id', OCSF_SEVERITIES),
    outcomes: () => ocsfWords('outcome', 'status_id', OCSF_STATUSES),
    risks: () => ocsfWords('risk', 'risk_level_id', OCSF_RISKS),
    actors: () => ocsfWords('kind of actor', 'user.type_id', OCSF_USER_TYPES),
    entities: () => ocsfWords('type of the resource', 'entity.type_id', Object.fromEntries(OCSF_ENTITY_TYPES)),
  },
  otlp: {
    resource: () => table(OTLP_HEADINGS, otlpRows(OTLP_RESOURCE_ATTRIBUTES)),
    attributes: () => table(OTLP_HEADINGS, otlpRows(OTLP_ATTRIBUTES)),
    severities: () => words('severity', [code('severityNumber')], Object.entries(OTLP_SEVERITY_NUMBERS)),
  },
  'sentinel-legacy': {
    columns: () =>
      table(
        ['property', 'column in the table', 'holds'],
        SENTINEL_COLUMNS.map(({ name, suffix, fact }) => [code(name), code(`${name}_${suffix}`), fact]),
      ),
  },
  syslog: {
    severities: () =>
      table(
        ['severity of the event', 'pending, or only intended', 'done, or unknown', 'failed or denied'],
        Object.entries(SEVERITY_TABLE).map(([severity, { open, done, refused }]) => [severity, open, done, refused]),
      ),
    facilities: () => list(Object.entries(SYSLOG_FACILITIES).map(([name, number]) => `${code(name)} ${number}`)),
    parameters: () =>
      table(
        ['parameter', 'holds', 'with every payload'],
        Object.entries(AUDIT_PARAMETERS).map(([name, read]) => [
          code(name),
          memberRead(read),
          CORE_PARAMETER_NAMES.includes(name) ? 'yes' : '',
        ]),
      ),
  },
};
