<%@ page language="java" contentType="text/plain; charset=UTF-8" %><%
    // A page like any other: what its query ends with does not make it a style sheet.
    session.setAttribute("page", "p");
%><%@ include file="node.jspf" %> x=${param.x} id=<%= session.getId() %>
