import { ApiProperty } from '@nestjs/swagger';
import { IsDefined } from 'class-validator';

/** The new value of a setting: any JSON but null. */
export class ConfigurationValueDto {
  @ApiProperty({ type: Object, example: 8 })
  @IsDefined()
  readonly value!: unknown;
}
