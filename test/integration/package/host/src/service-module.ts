import 'reflect-metadata';
import { ServiceAppModule } from './service-app.module.js';
import { serve } from './start.js';

void serve(ServiceAppModule);
