// PageTemplates
