import { BadRequestException, Injectable, type PipeTransform } from '@nestjs/common';

const KEY = /^[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){0,3}$/;

/** Lets through keys such as `deploy.max_parallel`. */
@Injectable()
export class ConfigurationKeyPipe implements PipeTransform<string, string> {
  transform(key: string): string {
    if (!KEY.test(key)) {
      throw new BadRequestException('The key must be lower-case words joined by dots, such as deploy.max_parallel');
    }
    return key;
  }
}
