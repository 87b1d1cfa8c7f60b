import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';

/** Why an approval is asked for. */
export class ApprovalRequestDto {
  @ApiPropertyOptional({ example: 'Fixes the rounding of invoices' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly reason?: string;

  /** The change request it belongs to. */
  @ApiPropertyOptional({ example: 'CHG-1042' })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  readonly ticket?: string;
}

/** Why an approval is granted or denied. */
export class ApprovalDecisionDto {
  @ApiPropertyOptional({ example: 'Reviewed with the team' })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly reason?: string;
}
