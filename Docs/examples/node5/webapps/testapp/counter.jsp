<%@ page language="java" contentType="text/plain; charset=UTF-8" %><%
    // Each request adds one, on whichever node it lands.
    Integer before = (Integer) session.getAttribute("count");
    int count = before == null ? 1 : before + 1;
    session.setAttribute("count", count);
%><%@ include file="node.jspf" %> count=<%= count %> id=<%= session.getId() %>
