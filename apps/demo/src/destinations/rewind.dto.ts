import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, MaxLength, Min, ValidateIf } from 'class-validator';

const PLACES = ['beginning', 'now'] as const;

/** Where a destination goes on: a place of every chain, or behind a position of one. */
export class RewindDto {
  @ApiPropertyOptional({ enum: PLACES, example: 'beginning' })
  @ValidateIf(({ position }: RewindDto) => position === undefined)
  @IsIn(PLACES)
  readonly to?: (typeof PLACES)[number];

  @ApiPropertyOptional({ example: 0 })
  @IsOptional()
  @IsInt()
  @Min(0)
  readonly position?: number;

  @ApiPropertyOptional({ example: 'main' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly chain?: string;
}
