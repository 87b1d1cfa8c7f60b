import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsNotEmpty, IsOptional, IsString, MaxLength } from 'class-validator';

const PLATFORMS = ['sms', 'whatsapp', 'email', 'web'] as const;

/** Where a conversation takes place. */
export class NewConversationDto {
  @ApiPropertyOptional({ enum: PLATFORMS, default: 'web' })
  @IsOptional()
  @IsIn(PLATFORMS)
  readonly platform?: (typeof PLATFORMS)[number];
}

/** A message that the suspected scammer sent. */
export class NewMessageDto {
  @ApiProperty({ example: 'URGENT: your bank account is blocked. Share the OTP with refunds@okbank.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(4000)
  readonly text!: string;
}
