// A main.js as applications have it: registers AuditModule once for each of the options in its argument, listens, closes.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditModule } from 'nestjs-audited';

const registrations = JSON.parse(process.argv[2] ?? '[{}]');

class App {}
Module({ imports: registrations.map((options) => AuditModule.forRoot(options)) })(App);

const app = await NestFactory.create(App, { logger: ['error'] });
await app.listen(0, '127.0.0.1');
await app.close();
