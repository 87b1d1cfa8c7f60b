import { Module } from '@nestjs/common';
import { DestinationsController } from './destinations.controller.js';

@Module({ controllers: [DestinationsController] })
export class DestinationsModule {}
