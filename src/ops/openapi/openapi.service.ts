import { type INestApplication, Injectable, NotFoundException, type Type } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

/** Describes the operators' endpoints by what their decorators and schemas say. */
@Injectable()
export class OpenApiService {
  #application: { readonly app: INestApplication; readonly module: Type } | undefined;
  #document: OpenAPIObject | undefined;

  /** Says which module's endpoints are described; to be called once the application is created. */
  describe(app: INestApplication, module: Type): void {
    this.#application = { app, module };
  }

  /** Made with the first question, which few processes are ever asked. */
  get document(): OpenAPIObject {
    if (!this.#application) throw new NotFoundException('this application is not described');
    const { app, module } = this.#application;
    const info = new DocumentBuilder()
      .setTitle("Operators' endpoints")
      .setDescription(
        'Looks into a Kafka consumer service, and steers it. Every change is written to the audit log.',
      )
      .setVersion('1')
      .addBearerAuth({ type: 'http', description: 'The token of OPS_TOKEN' })
      .build();
    return (this.#document ??= SwaggerModule.createDocument(app, info, { include: [module] }));
  }
}
