import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsUUID } from 'class-validator';

const REPORT_TYPES = ['cybercrime', 'bank', 'telecom'] as const;

/** Which conversation is reported, and to whom. */
export class NewReportDto {
  @ApiProperty({ format: 'uuid' })
  @IsUUID()
  readonly conversationId!: string;

  @ApiPropertyOptional({ enum: REPORT_TYPES, default: 'cybercrime' })
  @IsOptional()
  @IsIn(REPORT_TYPES)
  readonly reportType?: (typeof REPORT_TYPES)[number];
}
