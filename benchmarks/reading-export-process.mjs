/** One variant of benchmark 12: `node reading-export-process.mjs <file> <variant>`; says how many, how fast, how much memory. */
import Database from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { createFormatter, formattedDocument } from 'nestjs-audited/formats';
import { AuditRecordEntity, SqliteAuditStore } from 'nestjs-audited/typeorm';
import { walkRecords } from '../libs/audited/dist/esm/reading/record-walk.js';
