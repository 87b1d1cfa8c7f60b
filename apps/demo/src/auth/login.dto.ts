import { ApiProperty } from '@nestjs/swagger';
import { IsNotEmpty, IsString, MaxLength } from 'class-validator';

/** Who wants to log in. */
export class LoginDto {
  @ApiProperty({ example: 'viewer' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(64)
  readonly username!: string;

  @ApiProperty({ example: 'demo' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(256)
  readonly password!: string;
}

/** What a log-in gives. */
export class AccessDto {
  /** Valid for one hour. */
  @ApiProperty()
  readonly accessToken!: string;
}
